-- reads: examinations, matches
-- given: hashes
-- The documents of the newest examinations of some packages, each with its newest comparison, by hash.
WITH examined AS (
    SELECT
        sha256, app, examinations.at AS at, document, facts,
        ROW_NUMBER() OVER (
            PARTITION BY sha256
            ORDER BY examinations.at DESC, catalog_version DESC, engine_version DESC, market, document
        ) AS age
    FROM examinations
    WHERE sha256 IN (SELECT value FROM hashes)
),
compared AS (
    SELECT
        sha256, document,
        ROW_NUMBER() OVER (PARTITION BY sha256 ORDER BY matches.at DESC, against DESC, document) AS age
    FROM matches
    WHERE sha256 IN (SELECT value FROM hashes)
)
SELECT
    examined.sha256, examined.app, examined.at AS at, examined.document, examined.facts, compared.document AS compared
FROM examined LEFT JOIN compared ON compared.sha256 = examined.sha256 AND compared.age = 1
WHERE examined.age = 1
ORDER BY examined.sha256
