-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Drug use and dependence.
{{ category_indicators(5) }}
