-- Long-range outlooks: to be written here by that part.
SELECT 1;
