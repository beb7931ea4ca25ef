-- reads: reviews
-- How many rows of reviews there are of every app in every market, and the newest: what tells whether there are more.
SELECT market, app, COUNT(*) AS reviews, MAX(seen) AS newest
FROM reviews
GROUP BY market, app
ORDER BY market, app
