"""The bench window's labels of devices, places and faults, and its line of facts."""

from __future__ import annotations

from typing import Any

DEVICES = {
    "id_reader": "身份证阅读器  Identity-card reader",
    "permit_unit": "证件机  Permit unit",
    "permit_chip": "证件芯片  Permit chip",
    "receipt_printer": "凭条打印机  Receipt printer",
    "code_scanner": "扫码器  Code scanner",
    "guidance_lights": "引导灯  Guidance lights",
    "service_card": "服务卡  Service card",
}

PLACES = {
    "hand": "手中 hand",
    "mouth": "入口 mouth",
    "station": "读写位 station",
    "path": "通道 path",
    "bin": "废证箱 bin",
}

KINDS = {
    "permit": "居住证",
    "epassport": "电子护照 ePassport",
    "bank": "银行卡 bank",
    "blank": "空白芯片 blank",
    "memory": "门禁卡 memory",
    "none": "无芯片 no chip",
}

# By device and fault; a fault without an entry is shown by its name.
FAULTS = {
    "silent": "无应答",
    "garbled": "应答错码",
    "garbled_once": "错码一次",
    "noise_before": "前有杂码",
    "noise_after": "后有杂码",
    "foreign_frame": "夹入他帧",
    "late": "应答迟到",
    "truncated": "应答截断",
    "unplugged": "拔线",
    "read_fails": "读卡失败",
    "select_fails": "选卡失败",
    "random_refusal": "随机拒绝",
    "self_test_fails": "自检失败",
    "nak_once": "拒收一次",
    "jam_taking_in": "进证卡住",
    "jam_at_station": "读写位卡住",
    "jam_giving_out": "退证卡住",
    "jam_printing": "打印卡住",
    "erase_head_hot": "擦除头过热",
    "cam_motor": "凸轮电机坏",
    "eeprom": "存储器坏",
    "image_error": "图像错",
    "buffer_overflow": "缓冲溢出",
    "wrong_way": "放反",
    "pulled_back": "被抽回",
    "bin_full": "废证箱满",
    "lost_print_reply": "打印应答丢失",
    "power_loss": "断电重启",
    "power_loss_answering": "应答前断电",
    "dead": "芯片无复位应答",
    "wrong_mac": "MAC 不符",
    "locked": "芯片锁定",
    "memory_failure": "写入失败",
    "torn": "写入中断电",
    "slow": "很慢",
    "paper_near_end": "纸将尽",
    "paper_out": "缺纸",
    "paper_out_while_printing": "打印中缺纸",
    "cover_open": "盖开",
    "cutter_failed": "切刀故障",
    "offline": "脱机",
    "garbled_status": "状态错码",
    "overlong": "过长",
    "cut_short": "断在中途",
    "refuses": "拒绝执行",
    "clone": "复制卡",
    "replay": "重放应答",
    "pulled_out": "中途拔出",
    "foreign": "非服务卡",
}

SHORTER = {"paper_out_while_printing": "out while printing"}  # to fit a button


def fault_label(name: str) -> str:
    """The label of a fault, Chinese above English."""
    english = SHORTER.get(name, name.replace("_", " "))
    return f"{FAULTS[name]}\n{english}" if name in FAULTS else english


def facts(state: dict[str, Any]) -> str:
    """The rig's state as a line of text, without pictures and buttons."""
    nothing = "—"
    return "      ".join(
        (
            f"阅读器上 on the reader: [b]{state['id_card_lying'] or nothing}[/b]",
            f"证件机内 in the unit: [b]{state['permit_in_unit'] or nothing}[/b]",
            f"废证箱 bin: [b]{', '.join(state['bin']) or nothing}[/b]",
            f"凭条 receipts: [b]{state['receipts']}{' (待取 hanging)' if state['receipt_hanging'] else ''}[/b]",
            f"灯亮 lights: [b]{', '.join(state['lights']) or nothing}[/b]",
            f"服务卡 service card: [b]{state['service_card'] or nothing}[/b]",
            f"盖开 open: [b]{', '.join(state['covers_open']) or nothing}[/b]",
        )
    )
