-- reads: ratings
-- given: begun
-- Which apps stand otherwise in a market than at the reading before, as ``market/app``: the files hold the readings that
-- are new and, of every market but those in ``begun``, the last one before them, with which none of them is counted.
WITH ordered AS (
    SELECT
        market, app, ratings.at AS at, rating, rating_count, review_count, downloads,
        LAG(ratings.at) OVER series AS before_at,
        LAG(rating) OVER series AS before_rating,
        LAG(rating_count) OVER series AS before_rating_count,
        LAG(review_count) OVER series AS before_review_count,
        LAG(downloads) OVER series AS before_downloads
    FROM ratings
    WINDOW series AS (
        PARTITION BY market, app
        ORDER BY
            ratings.at, rating NULLS LAST, rating_count NULLS LAST, review_count NULLS LAST, downloads NULLS LAST
    )
),
firsts AS (
    SELECT ratings.market, MIN(ratings.at) AS at FROM ratings GROUP BY ratings.market
)
SELECT DISTINCT ordered.market || '/' || ordered.app AS entry
FROM ordered JOIN firsts ON firsts.market = ordered.market
WHERE (before_at IS NULL AND (ordered.at > firsts.at OR ordered.market IN (SELECT value FROM begun)))
    OR (
        before_at IS NOT NULL
        AND (
            rating IS DISTINCT FROM before_rating
            OR rating_count IS DISTINCT FROM before_rating_count
            OR review_count IS DISTINCT FROM before_review_count
            OR downloads IS DISTINCT FROM before_downloads
        )
    )
ORDER BY entry
