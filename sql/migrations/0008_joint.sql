-- Joint scenarios and hierarchies: to be written here by that part.
SELECT 1;
