/*
  Warnings:

  - A unique constraint covering the columns `[slug]` on the table `Product` will be added. If there are existing duplicate values, this will fail.

*/
-- AlterTable
ALTER TABLE "Product" ADD COLUMN "slug" TEXT;

-- Every product that already exists gets a slug made from its name.
UPDATE "Product" SET "slug" = lower(replace(trim("name"), ' ', '-')) WHERE "slug" IS NULL;

-- CreateIndex
CREATE UNIQUE INDEX "Product_slug_key" ON "Product"("slug");
