-- Inputs of staffing: to be written here by that part.
SELECT 1;
