-- CreateTable
CREATE TABLE "Run" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "variant" TEXT NOT NULL,
    "backend" TEXT NOT NULL,
    "model" TEXT,
    "seed" REAL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "phase" TEXT,
    "step" INTEGER NOT NULL DEFAULT 0,
    "totalSteps" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "overrides" TEXT NOT NULL,
    "trainSeconds" REAL NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "endedAt" DATETIME,
    "heartbeatAt" DATETIME,
    "lastSeq" INTEGER NOT NULL DEFAULT 0,
    "sealedSeq" INTEGER NOT NULL DEFAULT 0,
    "idempotencyKey" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "RecipeSnapshot" (
    "runId" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "data" BLOB NOT NULL,
    CONSTRAINT "RecipeSnapshot_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Attempt" (
    "runId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "host" TEXT NOT NULL,
    "startStep" INTEGER NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "endedAt" DATETIME,
    "heartbeatAt" DATETIME NOT NULL,

    PRIMARY KEY ("runId", "number"),
    CONSTRAINT "Attempt_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Command" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "runId" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "handledAt" DATETIME,
    CONSTRAINT "Command_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Event" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "runId" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "time" DATETIME NOT NULL,
    "body" TEXT NOT NULL,
    CONSTRAINT "Event_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Checkpoint" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "runId" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Checkpoint_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "MetricSeries" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "runId" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "firstStep" INTEGER NOT NULL,
    "lastStep" INTEGER NOT NULL,
    "last" TEXT NOT NULL,
    CONSTRAINT "MetricSeries_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "MetricBlock" (
    "seriesId" INTEGER NOT NULL,
    "level" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "data" BLOB NOT NULL,

    PRIMARY KEY ("seriesId", "level", "index"),
    CONSTRAINT "MetricBlock_seriesId_fkey" FOREIGN KEY ("seriesId") REFERENCES "MetricSeries" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Trajectory" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "runId" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "validation" BOOLEAN NOT NULL,
    "group" TEXT NOT NULL,
    "sample" INTEGER NOT NULL,
    "reward" REAL NOT NULL,
    "advantage" REAL,
    "promptTokens" INTEGER NOT NULL,
    "completionTokens" INTEGER NOT NULL,
    "stopReason" TEXT NOT NULL,
    "weightVersion" INTEGER NOT NULL,
    "error" TEXT,
    "promptPreview" TEXT NOT NULL,
    "completionPreview" TEXT NOT NULL,
    "blockId" INTEGER NOT NULL,
    "place" INTEGER NOT NULL,
    CONSTRAINT "Trajectory_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Trajectory_blockId_fkey" FOREIGN KEY ("blockId") REFERENCES "TrajectoryBlock" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TrajectoryBlock" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "runId" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "validation" BOOLEAN NOT NULL,
    "count" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    CONSTRAINT "TrajectoryBlock_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Run_idempotencyKey_key" ON "Run"("idempotencyKey");

-- CreateIndex
CREATE INDEX "Run_status_idx" ON "Run"("status");

-- CreateIndex
CREATE INDEX "Command_runId_handledAt_idx" ON "Command"("runId", "handledAt");

-- CreateIndex
CREATE INDEX "Event_runId_seq_idx" ON "Event"("runId", "seq");

-- CreateIndex
CREATE INDEX "Event_runId_kind_seq_idx" ON "Event"("runId", "kind", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "Checkpoint_runId_attempt_step_key" ON "Checkpoint"("runId", "attempt", "step");

-- CreateIndex
CREATE UNIQUE INDEX "MetricSeries_runId_key_attempt_key" ON "MetricSeries"("runId", "key", "attempt");

-- CreateIndex
CREATE INDEX "Trajectory_runId_validation_step_idx" ON "Trajectory"("runId", "validation", "step");

-- CreateIndex
CREATE INDEX "Trajectory_blockId_idx" ON "Trajectory"("blockId");

-- CreateIndex
CREATE INDEX "TrajectoryBlock_runId_validation_step_attempt_idx" ON "TrajectoryBlock"("runId", "validation", "step", "attempt");
