-- Written by hand: the same address must not count twice because of a capital letter or a space.
UPDATE "Customer" SET "email" = lower(trim("email"));
