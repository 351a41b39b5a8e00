-- Patience, redials and handling time are computed from the history whenever they are asked for:
-- nothing is stored for them.
SELECT 1;
