-- reads: examinations
-- The documents of the newest examinations of some packages ($hashes), by hash.
SELECT sha256, app, dated.at AS at, document, facts
FROM (
    SELECT
        sha256, app, examinations.at AS at, document, facts,
        ROW_NUMBER() OVER (PARTITION BY sha256 ORDER BY examinations.at DESC, catalog_version DESC, engine_version DESC) AS age
    FROM examinations
    WHERE sha256 IN (SELECT UNNEST($hashes))
) AS dated
WHERE age = 1
ORDER BY sha256
