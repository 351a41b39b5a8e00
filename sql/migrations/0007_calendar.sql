-- Kinds of special days, dated opening hours, sources of queues: to be written here by that part.
SELECT 1;
