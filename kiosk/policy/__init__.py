"""The region's rules, as data: whether a permit may be endorsed on a day, and to what."""
