-- reads: spans, events, examinations, matches
-- Whatever app or package anything is said of, each pair once.
SELECT app, package_sha256 AS sha256 FROM spans
UNION
SELECT app, NULL AS sha256 FROM events
UNION
SELECT app, sha256 FROM examinations
UNION
SELECT app, sha256 FROM matches
ORDER BY app NULLS LAST, sha256 NULLS LAST
