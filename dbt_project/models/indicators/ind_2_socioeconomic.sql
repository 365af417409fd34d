-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Socioeconomic
-- indicators.
{{ category_indicators(2) }}
