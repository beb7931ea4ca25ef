-- reads: spans, examinations
-- given: hashes
-- Under which package names some packages are listed and examined.
SELECT app, package_sha256 AS sha256 FROM spans WHERE package_sha256 IN (SELECT value FROM hashes)
UNION
SELECT COALESCE(app, 'package-' || SUBSTR(sha256, 1, 12)) AS app, sha256
FROM examinations
WHERE sha256 IN (SELECT value FROM hashes)
ORDER BY app, sha256
