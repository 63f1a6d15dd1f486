-- CreateTable
CREATE TABLE "StockChange" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "before" INTEGER NOT NULL,
    "after" INTEGER NOT NULL,
    "changedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "productId" INTEGER NOT NULL,
    CONSTRAINT "StockChange_productId_fkey" FOREIGN KEY ("productId") REFERENCES "Product" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Added by hand: Prisma has no triggers. It records every change of a product's stock.
CREATE TRIGGER "Product_stock_log"
AFTER UPDATE OF "stock" ON "Product"
WHEN OLD."stock" <> NEW."stock"
BEGIN
    INSERT INTO "StockChange" ("before", "after", "productId")
    VALUES (OLD."stock", NEW."stock", NEW."id");
END;
