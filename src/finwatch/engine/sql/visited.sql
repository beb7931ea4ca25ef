-- reads: rounds
-- The newest visit to every market.
SELECT rounds.market, MAX(rounds.at) AS at FROM rounds GROUP BY rounds.market ORDER BY rounds.market
