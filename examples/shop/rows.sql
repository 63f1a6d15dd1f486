-- What a shop has after some months: addresses typed in haste, customers without a name, orders with lines.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO "Customer" ("email", "name")
SELECT CASE i % 4 WHEN 0 THEN ' ' ELSE '' END || CASE i % 3 WHEN 0 THEN 'Customer.' ELSE 'customer.' END || i || '@Example.com',
       CASE i % 5 WHEN 0 THEN NULL ELSE 'Customer ' || i END
FROM n;

INSERT INTO "Product" ("name", "slug", "priceInCents", "stock") VALUES
  ('Green tea', 'green-tea', 690, 80),
  ('Black tea', 'black-tea', 590, 120),
  ('Teapot', 'teapot', 3490, 14),
  ('Tea cosy', 'tea-cosy', 1890, 25),
  ('Strainer', 'strainer', 850, 60);

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO "Order" ("customerId") SELECT (i * 7) % 200 + 1 FROM n;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
INSERT INTO "OrderLine" ("quantity", "orderId", "productId") SELECT i % 3 + 1, i % 600 + 1, i % 5 + 1 FROM n;

UPDATE "Product" SET "stock" = "stock" - 3;
UPDATE "Product" SET "stock" = "stock" + 10 WHERE "priceInCents" < 1000;
