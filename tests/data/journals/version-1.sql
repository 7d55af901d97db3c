-- A journal of version 1, dumped from a file that the program of that time wrote: a permit that went into the bin, a
-- completion that waits for central, and a visit that lost its power while the chip was written.
BEGIN TRANSACTION;
CREATE TABLE message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    call TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    endorsement_id TEXT,
    body TEXT,
    settled_at TEXT,
    outcome TEXT
) STRICT;
INSERT INTO "message" VALUES(1,'2025-05-20T10:00:00+00:00','endorsements','5b1b1f9e-1b0e-4d59-8f4e-43a1d1a3c9aa','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01',NULL,NULL,NULL);
INSERT INTO "message" VALUES(2,'2025-05-20T10:00:40+00:00','completion','completion-1','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01','{"chip":"old","custody":"retained","face":"old"}',NULL,NULL);
CREATE TABLE step (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    visit_id TEXT,
    state_before TEXT NOT NULL,
    event TEXT NOT NULL,
    state_after TEXT NOT NULL,
    custody TEXT NOT NULL,
    effects TEXT NOT NULL,
    endorsement_id TEXT,
    facts TEXT NOT NULL
) STRICT;
INSERT INTO "step" VALUES(1,'2025-05-20T10:00:20+00:00','3f2b8f1e-63d1-4f5f-9a55-6d1c1f0e9b02','TakingBack','DeadlinePassed','Retaining','inside','["RetainPermit"]','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01','{"deadline": "take_back"}');
INSERT INTO "step" VALUES(2,'2025-05-20T10:00:40+00:00','3f2b8f1e-63d1-4f5f-9a55-6d1c1f0e9b02','Retaining','PermitRetained','Explaining','retained','["ReportCompletion", "SetDeadline"]','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01','{"chip": "old", "face": "old", "fault": "1204", "in_bin": true}');
INSERT INTO "step" VALUES(3,'2025-05-20T10:01:00+00:00','3f2b8f1e-63d1-4f5f-9a55-6d1c1f0e9b02','Explaining','DeadlinePassed','Idle','with_holder','["Wipe"]',NULL,'{"deadline": "explaining"}');
INSERT INTO "step" VALUES(4,'2025-05-20T10:01:20+00:00','00000000-0000-0000-0000-0000000000c1','Declaring','PersonChose','AskingCentral','inside','["RequestEndorsement"]','00000000-0000-0000-0000-0000000000a1','{"intent": "answer_no"}');
INSERT INTO "step" VALUES(5,'2025-05-20T10:01:40+00:00','00000000-0000-0000-0000-0000000000c1','AskingCentral','GrantReceived','Confirming','inside','["DrawFace"]','00000000-0000-0000-0000-0000000000a1','{}');
INSERT INTO "step" VALUES(6,'2025-05-20T10:02:00+00:00','00000000-0000-0000-0000-0000000000c1','Confirming','PersonChose','OpeningChipSession','inside','["OpenChipSession", "LoadFace"]','00000000-0000-0000-0000-0000000000a1','{"intent": "confirm"}');
INSERT INTO "step" VALUES(7,'2025-05-20T10:02:20+00:00','00000000-0000-0000-0000-0000000000c1','OpeningChipSession','ChipBatchReceived','RelayingBatch','inside','["RelayBatch"]','00000000-0000-0000-0000-0000000000a1','{"batch": 1}');
INSERT INTO "step" VALUES(8,'2025-05-20T10:02:40+00:00','00000000-0000-0000-0000-0000000000c1','RelayingBatch','BatchRelayed','SendingChipAnswers','inside','["SendChipAnswers"]','00000000-0000-0000-0000-0000000000a1','{}');
CREATE INDEX message_waiting ON message (sequence) WHERE settled_at IS NULL AND body IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('message',2);
INSERT INTO "sqlite_sequence" VALUES('step',8);
COMMIT;
