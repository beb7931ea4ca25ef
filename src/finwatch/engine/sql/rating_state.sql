-- reads: ratings
-- How many points there are of every app in every market, and the newest: what tells whether a series has grown.
SELECT market, app, COUNT(*) AS points, MAX(ratings.at) AS newest
FROM ratings
GROUP BY market, app
ORDER BY market, app
