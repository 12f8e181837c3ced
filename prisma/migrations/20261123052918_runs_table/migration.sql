-- CreateTable
CREATE TABLE "RunConfig" (
    "path" TEXT NOT NULL,
    "runId" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    "number" REAL,

    PRIMARY KEY ("path", "runId"),
    CONSTRAINT "RunConfig_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RunMetric" (
    "key" TEXT NOT NULL,
    "runId" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "value" REAL,

    PRIMARY KEY ("key", "runId"),
    CONSTRAINT "RunMetric_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SavedView" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "query" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL
);

-- AlterTable: column by column, since the generated way drops "Run" and with it, by cascade, all that belongs to it.
ALTER TABLE "Run" ADD COLUMN "tags" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Run" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Run" ADD COLUMN "pinnedAt" DATETIME;
ALTER TABLE "Run" ADD COLUMN "archivedAt" DATETIME;
ALTER TABLE "Run" ADD COLUMN "deletedAt" DATETIME;

-- CreateIndex
CREATE INDEX "RunConfig_runId_idx" ON "RunConfig"("runId");

-- CreateIndex
CREATE INDEX "RunMetric_runId_idx" ON "RunMetric"("runId");
