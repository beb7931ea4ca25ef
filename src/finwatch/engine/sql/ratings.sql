-- reads: ratings
-- given: entries
-- How some apps stood in their markets (an entry is ``market/app``): the first point, every point at which something
-- moved, and the newest. A market is read every day; what stands still would fill tables with the same numbers.
WITH ordered AS (
    SELECT
        market, app, ratings.at AS at, rating, rating_count, review_count, downloads, capture,
        ROW_NUMBER() OVER (
            PARTITION BY market, app
            ORDER BY
                ratings.at, capture NULLS LAST, rating NULLS LAST, rating_count NULLS LAST, review_count NULLS LAST,
                downloads NULLS LAST
        ) AS age,
        COUNT(*) OVER (PARTITION BY market, app) AS points
    FROM ratings
    WHERE market || '/' || app IN (SELECT value FROM entries)
)
SELECT
    now.market, now.app, now.at AS at, now.rating, now.rating_count, now.review_count, now.downloads, now.capture
FROM ordered AS now
LEFT JOIN ordered AS before ON before.market = now.market AND before.app = now.app AND before.age = now.age - 1
WHERE before.age IS NULL
    OR now.age = now.points
    OR now.rating IS DISTINCT FROM before.rating
    OR now.rating_count IS DISTINCT FROM before.rating_count
    OR now.review_count IS DISTINCT FROM before.review_count
    OR now.downloads IS DISTINCT FROM before.downloads
ORDER BY now.market, now.app, now.age
