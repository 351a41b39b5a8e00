-- What a change costs that people hear of late: so many cents a shift on the day itself, falling evenly to
-- nothing so many days later. Counts when a running or published week is planned again.
ALTER TABLE site ADD COLUMN notice_days int NOT NULL DEFAULT 0 CHECK (notice_days BETWEEN 0 AND 60),
	ADD COLUMN notice_cents double precision NOT NULL DEFAULT 0 CHECK (notice_cents BETWEEN 0 AND 1e8);
