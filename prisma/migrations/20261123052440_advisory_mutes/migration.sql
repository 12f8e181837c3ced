-- CreateTable
CREATE TABLE "AdvisoryMute" (
    "runId" INTEGER NOT NULL,
    "advisory" TEXT NOT NULL,
    "mutedAt" DATETIME NOT NULL,

    PRIMARY KEY ("runId", "advisory"),
    CONSTRAINT "AdvisoryMute_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
