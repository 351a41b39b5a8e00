-- Adjustments, report cards and accuracy of forecasts: to be written here by that part.
SELECT 1;
