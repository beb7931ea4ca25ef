-- reads: spans, examinations, events
-- Every package name that is listed or was examined.
SELECT app FROM spans
UNION
SELECT app FROM events
UNION
SELECT COALESCE(app, 'package-' || SUBSTR(sha256, 1, 12)) AS app FROM examinations
ORDER BY app
