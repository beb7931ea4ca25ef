-- reads: matches
-- The newest comparison of every package: which state of the others it was made against.
SELECT sha256, against
FROM (
    SELECT
        sha256, against, ROW_NUMBER() OVER (PARTITION BY sha256 ORDER BY matches.at DESC, against DESC) AS age
    FROM matches
) AS dated
WHERE age = 1
ORDER BY sha256
