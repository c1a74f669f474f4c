-- Headings begin at level 1, skip no level (PDF/UA) and are counted where the document asks.
-- In HTML they stand one level below the title.

local c = require "common"

return function(blocks, context)
  local numbered = context.meta["number-sections"] == true
  local top, previous, counter = 9, 0, {}
  blocks:walk{Header = function(h) top = math.min(top, h.level) end}
  return blocks:walk{Header = function(h)
    h.level = math.min(h.level - top + 1, previous + 1)
    previous = h.level
    local number
    if numbered and not h.classes:includes("unnumbered") then
      for i = h.level + 1, 9 do counter[i] = nil end
      counter[h.level] = (counter[h.level] or 0) + 1
      for i = 1, h.level do counter[i] = counter[i] or 0 end
      number = table.concat(counter, ".", 1, h.level)
    end
    if c.kind(h.identifier) == "sec" then
      context.refs[h.identifier] = {kind = "sec", number = number, title = c.text(h.content)}
    end
    if number and not c.typst then
      h.content:insert(1, pandoc.Span({number}, {class = "section-number"}))
      h.content:insert(2, pandoc.Space())
    end
    if c.html then h.level = h.level + 1 end
    return h
  end}
end
