-- A journal of version 4, dumped from a file that the program of that time wrote: a permit that went into the bin, a
-- completion that waits for central, and a visit that lost its power while the chip was written.
BEGIN TRANSACTION;
CREATE TABLE anchor (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TABLE last_moment (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    step INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    passed_s REAL NOT NULL
) STRICT;
INSERT INTO "last_moment" VALUES(1,3,'5c0f6b5e-90c1-4a71-8a9b-8d9d1f5f3f11',100.0);
CREATE TABLE message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    call TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    endorsement_id TEXT,
    body TEXT,
    settled_at TEXT,
    outcome TEXT,
    step INTEGER
) STRICT;
INSERT INTO "message" VALUES(1,'2025-05-20T10:00:00+00:00','endorsements','5b1b1f9e-1b0e-4d59-8f4e-43a1d1a3c9aa','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01',NULL,NULL,NULL,NULL);
INSERT INTO "message" VALUES(2,'2025-05-20T10:00:40+00:00','completion','completion-1','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01','{"chip":"old","custody":"retained","face":"old"}',NULL,NULL,2);
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
    facts TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO "step" VALUES(1,'2025-05-20T10:00:20+00:00','3f2b8f1e-63d1-4f5f-9a55-6d1c1f0e9b02','TakingBack','DeadlinePassed','Retaining','inside','["RetainPermit"]','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01','{"deadline": "take_back"}','sha256','86d6bf162843e63422f34e6fd2693eb0eabcbb870da115c4dfd84c8cdafafa81');
INSERT INTO "step" VALUES(2,'2025-05-20T10:00:40+00:00','3f2b8f1e-63d1-4f5f-9a55-6d1c1f0e9b02','Retaining','PermitRetained','Explaining','retained','["ReportCompletion", "SetDeadline"]','7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01','{"chip": "old", "face": "old", "fault": "1204", "in_bin": true}','sha256','5544c386c9e80aa204b2c0b0e10c1ae1297f23377a34448e9ce8c9225adb098d');
INSERT INTO "step" VALUES(3,'2025-05-20T10:01:00+00:00','3f2b8f1e-63d1-4f5f-9a55-6d1c1f0e9b02','Explaining','DeadlinePassed','Idle','with_holder','["Wipe"]',NULL,'{"deadline": "explaining"}','sha256','8c7494fa028698519c9051e68efcf141e439ad3e15ec2dbce50ed12df90a59b8');
INSERT INTO "step" VALUES(4,'2025-05-20T10:01:20+00:00','00000000-0000-0000-0000-0000000000c1','Declaring','PersonChose','AskingCentral','inside','["RequestEndorsement"]','00000000-0000-0000-0000-0000000000a1','{"holder_check": "none", "intent": "answer_no"}','sha256','69e794b344f76f0580bf0f3cd5b02cece9f5f7dfab7067d5b9db76be598c462f');
INSERT INTO "step" VALUES(5,'2025-05-20T10:01:40+00:00','00000000-0000-0000-0000-0000000000c1','AskingCentral','GrantReceived','Confirming','inside','["DrawFace"]','00000000-0000-0000-0000-0000000000a1','{}','sha256','4f12ca964bb5b545ff45625e459f048460a56e5adcd217e41f3c3e27f12c6d95');
INSERT INTO "step" VALUES(6,'2025-05-20T10:02:00+00:00','00000000-0000-0000-0000-0000000000c1','Confirming','PersonChose','OpeningChipSession','inside','["OpenChipSession", "LoadFace"]','00000000-0000-0000-0000-0000000000a1','{"intent": "confirm", "seal_new": "2ea88ccee743f0dfb5f1118158659ab0", "seal_old": "cb8674156c6ae2d56aeb52a6139f34f8"}','sha256','d497c93b2abf147693cc868a93f5cdcfbe8803868865795a7dc1f1cccda8cb76');
INSERT INTO "step" VALUES(7,'2025-05-20T10:02:20+00:00','00000000-0000-0000-0000-0000000000c1','OpeningChipSession','ChipBatchReceived','RelayingBatch','inside','["RelayBatch"]','00000000-0000-0000-0000-0000000000a1','{"batch": 1}','sha256','93daf929e59e4fb932453dfab69206eb486384d56a760327d8d531c1aa2f87c0');
INSERT INTO "step" VALUES(8,'2025-05-20T10:02:40+00:00','00000000-0000-0000-0000-0000000000c1','RelayingBatch','BatchRelayed','SendingChipAnswers','inside','["SendChipAnswers"]','00000000-0000-0000-0000-0000000000a1','{}','sha256','b092be14a11e3120677880cb0c982b0d75e1eef27d158962c55806a214c10bb9');
CREATE INDEX message_waiting ON message (sequence) WHERE settled_at IS NULL AND body IS NOT NULL;
CREATE INDEX step_of_bin ON step (number) WHERE event = 'BinEmptied' OR facts LIKE '%"in_bin"%';
CREATE INDEX step_of_clock ON step (number) WHERE event IN ('ClockJumped', 'ClockConfirmed');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('message',2);
INSERT INTO "sqlite_sequence" VALUES('step',8);
COMMIT;
