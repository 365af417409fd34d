-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Local governance,
-- policing and judicial mechanisms.
{{ category_indicators(6) }}
