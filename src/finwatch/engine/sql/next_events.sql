-- reads: spans, rounds
-- What changed in the markets with a round of visits ($round), one row an event, as ``events`` has them over the whole
-- of the lake. Only apps of which the round says anything anew can have changed.
WITH turn AS (
    SELECT market, visit, rounds.at AS at, epoch, capture FROM rounds WHERE round = $round AND previous IS NOT NULL
),
touched AS (
    SELECT DISTINCT spans.market, spans.app
    FROM spans JOIN turn ON turn.market = spans.market AND turn.epoch = spans.epoch
    WHERE spans.round = $round
),
said AS (
    SELECT
        spans.round, spans.span, spans.market, spans.app, COALESCE(spans.version_code, -1) AS version_code,
        spans.version_name, spans.package_sha256, spans.names, spans.developer, spans.capture, spans.gone_at
    FROM spans
    JOIN touched ON touched.market = spans.market AND touched.app = spans.app
    JOIN turn ON turn.market = spans.market AND turn.epoch = spans.epoch
    WHERE spans.round <= $round
),
after_rows AS (
    SELECT said.*
    FROM said
    JOIN (SELECT span, MAX(round) AS round FROM said GROUP BY span) AS newest ON newest.span = said.span AND newest.round = said.round
    WHERE said.gone_at IS NULL
),
before_rows AS (
    SELECT said.*
    FROM said
    JOIN (SELECT span, MAX(round) AS round FROM said WHERE round < $round GROUP BY span) AS newest
        ON newest.span = said.span AND newest.round = said.round
    WHERE said.gone_at IS NULL
),
after_versions AS (
    SELECT
        market, app, version_code, MIN(version_name) AS version_name, MIN(package_sha256) AS least_sha256,
        MAX(package_sha256) AS package_sha256, MAX(names) AS names, MAX(developer) AS developer, MAX(capture) AS capture
    FROM after_rows
    GROUP BY market, app, version_code
),
before_versions AS (
    SELECT
        market, app, version_code, MIN(version_name) AS version_name, MIN(package_sha256) AS least_sha256,
        MAX(package_sha256) AS package_sha256, MAX(names) AS names, MAX(developer) AS developer
    FROM before_rows
    GROUP BY market, app, version_code
),
after_apps AS (
    SELECT market, app, MAX(version_code) AS version_code FROM after_versions GROUP BY market, app
),
before_apps AS (
    SELECT market, app, MAX(version_code) AS version_code FROM before_versions GROUP BY market, app
),
found AS (
    SELECT
        CASE WHEN b.app IS NULL THEN 'new_app' ELSE 'new_version' END AS kind,
        a.market, a.app, a.version_code, a.capture,
        e.version_name AS before_name, e.package_sha256 AS before_sha256, e.names AS before_names,
        e.developer AS before_developer,
        a.version_name AS after_name, a.package_sha256 AS after_sha256, a.names AS after_names,
        a.developer AS after_developer
    FROM after_versions AS a
    JOIN after_apps AS newest ON newest.market = a.market AND newest.app = a.app
    LEFT JOIN before_apps AS b ON b.market = a.market AND b.app = a.app
    LEFT JOIN before_versions AS same
        ON same.market = a.market AND same.app = a.app AND same.version_code = a.version_code
    LEFT JOIN before_versions AS e ON e.market = b.market AND e.app = b.app AND e.version_code = b.version_code
    WHERE same.app IS NULL AND (b.app IS NOT NULL OR a.version_code = newest.version_code)
    UNION ALL
    SELECT
        CASE WHEN a.app IS NULL THEN 'app_gone' ELSE 'version_gone' END AS kind,
        b.market, b.app, b.version_code, NULL AS capture,
        b.version_name, b.package_sha256, b.names, b.developer,
        e.version_name, e.package_sha256, e.names, e.developer
    FROM before_versions AS b
    JOIN before_apps AS newest ON newest.market = b.market AND newest.app = b.app
    LEFT JOIN after_apps AS a ON a.market = b.market AND a.app = b.app
    LEFT JOIN after_versions AS same
        ON same.market = b.market AND same.app = b.app AND same.version_code = b.version_code
    LEFT JOIN after_versions AS e ON e.market = a.market AND e.app = a.app AND e.version_code = a.version_code
    WHERE same.app IS NULL AND (a.app IS NOT NULL OR b.version_code = newest.version_code)
    UNION ALL
    SELECT
        CASE
            WHEN a.version_code = -1 AND a.version_name IS DISTINCT FROM b.version_name THEN 'new_version'
            ELSE 'changed'
        END AS kind,
        a.market, a.app, a.version_code, a.capture,
        b.version_name, b.package_sha256, b.names, b.developer,
        a.version_name, a.package_sha256, a.names, a.developer
    FROM after_versions AS a
    JOIN before_versions AS b ON b.market = a.market AND b.app = a.app AND b.version_code = a.version_code
    WHERE a.package_sha256 IS DISTINCT FROM b.package_sha256
        OR a.least_sha256 IS DISTINCT FROM b.least_sha256
        OR a.version_name IS DISTINCT FROM b.version_name
        OR a.names IS DISTINCT FROM b.names
        OR a.developer IS DISTINCT FROM b.developer
)
SELECT
    found.kind, found.market, found.app, NULLIF(found.version_code, -1) AS version_code, turn.at AS at, turn.visit,
    COALESCE(found.capture, turn.capture) AS capture, turn.epoch,
    found.before_name, found.before_sha256, found.before_names, found.before_developer,
    found.after_name, found.after_sha256, found.after_names, found.after_developer
FROM found JOIN turn ON turn.market = found.market
ORDER BY found.market, found.app, found.kind, version_code NULLS LAST
