-- reads: examinations, matches
-- given: apps, hashes
-- The newest examination of some packages and of the packages of some names, without its documents, and against which
-- state it was compared last.
WITH dated AS (
    SELECT
        sha256, app, version_code, examinations.at AS at, engine_version, catalog_version, label, signers,
        ROW_NUMBER() OVER (
            PARTITION BY sha256 ORDER BY examinations.at DESC, catalog_version DESC, engine_version DESC, market
        ) AS age
    FROM examinations
    WHERE sha256 IN (SELECT value FROM hashes)
        OR COALESCE(app, 'package-' || SUBSTR(sha256, 1, 12)) IN (SELECT value FROM apps)
),
compared AS (
    SELECT
        matches.sha256, matches.against,
        ROW_NUMBER() OVER (PARTITION BY matches.sha256 ORDER BY matches.at DESC, matches.against DESC) AS age
    FROM matches
    WHERE matches.sha256 IN (SELECT sha256 FROM dated)
)
SELECT
    dated.sha256, dated.app, dated.version_code, dated.at AS at, dated.engine_version, dated.catalog_version,
    dated.label, dated.signers, compared.against
FROM dated LEFT JOIN compared ON compared.sha256 = dated.sha256 AND compared.age = 1
WHERE dated.age = 1
ORDER BY dated.sha256
