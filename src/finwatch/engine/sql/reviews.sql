-- reads: reviews
-- given: entries
-- What users wrote of some apps (an entry is ``market/app``), each review as it was seen last and since it was first.
SELECT market, app, id, rating, title, text, author, version_name, written, first_seen AS seen, capture
FROM (
    SELECT
        *,
        MIN(seen) OVER (PARTITION BY market, app, id) AS first_seen,
        ROW_NUMBER() OVER (
            PARTITION BY market, app, id
            ORDER BY
                seen DESC, capture NULLS LAST, text, rating NULLS LAST, title NULLS LAST, author NULLS LAST,
                version_name NULLS LAST, written NULLS LAST
        ) AS age
    FROM reviews
    WHERE market || '/' || app IN (SELECT value FROM entries)
) AS dated
WHERE age = 1
ORDER BY market, app, id
