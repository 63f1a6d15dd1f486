-- AlterTable
ALTER TABLE "Order" ADD COLUMN "note" TEXT;

-- CreateIndex
CREATE INDEX "Order_customerId_idx" ON "Order"("customerId");
