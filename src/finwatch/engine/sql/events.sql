-- reads: visits, listings
-- What changed between two consecutive visits to a market, one row an event. A market's first visit gives none: there
-- is nothing to compare it with. A version is told by its code within its app; -1 stands for one without a code, whose
-- name then says whether it is new (Apple's market gives no code).
WITH pairs AS (
    SELECT visit, market, ordered.at AS at, capture, previous
    FROM (
        SELECT
            visit, market, visits.at AS at, capture,
            LAG(visit) OVER (PARTITION BY market ORDER BY visits.at, visit) AS previous
        FROM visits
    ) AS ordered
    WHERE previous IS NOT NULL
),
shown AS (
    SELECT
        market, visit, app,
        COALESCE(version_code, -1) AS version_code,
        MIN(version_name) AS version_name,
        MIN(package_sha256) AS least_sha256,
        MAX(package_sha256) AS package_sha256,
        MAX(names) AS names,
        MAX(developer) AS developer,
        MAX(capture) AS capture
    FROM listings
    GROUP BY market, visit, app, COALESCE(version_code, -1)
),
after_versions AS (
    SELECT shown.*, pairs.at AS at FROM shown JOIN pairs ON shown.market = pairs.market AND shown.visit = pairs.visit
),
before_versions AS (
    SELECT
        shown.market, pairs.visit, shown.app, shown.version_code, shown.version_name, shown.least_sha256,
        shown.package_sha256, shown.names, shown.developer, pairs.capture, pairs.at AS at
    FROM shown JOIN pairs ON shown.market = pairs.market AND shown.visit = pairs.previous
),
after_apps AS (
    SELECT market, visit, app, MAX(version_code) AS version_code FROM after_versions GROUP BY market, visit, app
),
before_apps AS (
    SELECT market, visit, app, MAX(version_code) AS version_code FROM before_versions GROUP BY market, visit, app
),
found AS (
    SELECT
        CASE WHEN b.app IS NULL THEN 'new_app' ELSE 'new_version' END AS kind,
        a.market, a.app, a.version_code, a.at AS at, a.visit, a.capture,
        e.version_name AS before_name, e.package_sha256 AS before_sha256, e.names AS before_names,
        e.developer AS before_developer,
        a.version_name AS after_name, a.package_sha256 AS after_sha256, a.names AS after_names,
        a.developer AS after_developer
    FROM after_versions AS a
    JOIN after_apps AS newest
        ON newest.market = a.market AND newest.visit = a.visit AND newest.app = a.app
    LEFT JOIN before_apps AS b ON b.market = a.market AND b.visit = a.visit AND b.app = a.app
    LEFT JOIN before_versions AS same
        ON same.market = a.market AND same.visit = a.visit AND same.app = a.app
        AND same.version_code = a.version_code
    LEFT JOIN before_versions AS e
        ON e.market = b.market AND e.visit = b.visit AND e.app = b.app AND e.version_code = b.version_code
    WHERE same.app IS NULL AND (b.app IS NOT NULL OR a.version_code = newest.version_code)
    UNION ALL
    SELECT
        CASE WHEN a.app IS NULL THEN 'app_gone' ELSE 'version_gone' END AS kind,
        b.market, b.app, b.version_code, b.at AS at, b.visit, b.capture,
        b.version_name, b.package_sha256, b.names, b.developer,
        e.version_name, e.package_sha256, e.names, e.developer
    FROM before_versions AS b
    JOIN before_apps AS newest
        ON newest.market = b.market AND newest.visit = b.visit AND newest.app = b.app
    LEFT JOIN after_apps AS a ON a.market = b.market AND a.visit = b.visit AND a.app = b.app
    LEFT JOIN after_versions AS same
        ON same.market = b.market AND same.visit = b.visit AND same.app = b.app
        AND same.version_code = b.version_code
    LEFT JOIN after_versions AS e
        ON e.market = a.market AND e.visit = a.visit AND e.app = a.app AND e.version_code = a.version_code
    WHERE same.app IS NULL AND (a.app IS NOT NULL OR b.version_code = newest.version_code)
    UNION ALL
    SELECT
        CASE
            WHEN a.version_code = -1 AND a.version_name IS DISTINCT FROM b.version_name THEN 'new_version'
            ELSE 'changed'
        END AS kind,
        a.market, a.app, a.version_code, a.at AS at, a.visit, a.capture,
        b.version_name, b.package_sha256, b.names, b.developer,
        a.version_name, a.package_sha256, a.names, a.developer
    FROM after_versions AS a
    JOIN before_versions AS b
        ON b.market = a.market AND b.visit = a.visit AND b.app = a.app AND b.version_code = a.version_code
    WHERE a.package_sha256 IS DISTINCT FROM b.package_sha256
        OR a.least_sha256 IS DISTINCT FROM b.least_sha256
        OR a.version_name IS DISTINCT FROM b.version_name
        OR a.names IS DISTINCT FROM b.names
        OR a.developer IS DISTINCT FROM b.developer
)
SELECT
    kind, market, app, NULLIF(version_code, -1) AS version_code, found.at AS at, visit, capture,
    before_name, before_sha256, before_names, before_developer,
    after_name, after_sha256, after_names, after_developer
FROM found
ORDER BY market, app, found.at, visit, kind, version_code NULLS LAST
