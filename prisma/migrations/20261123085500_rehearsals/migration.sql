-- AlterTable: added to the table as it stands, since the generated way drops "Run" and with it, by cascade, all that belongs to it.
ALTER TABLE "Run" ADD COLUMN "rehearsal" TEXT;
