-- Where the text names an assumption (A3), it leads to the place that states it: a span with the
-- class `assumption` and an identifier, such as [A3]{#a3 .assumption}. Documents without are as
-- they were.

local c = require "common"

local function unlinked(el)
  el.content = el.content:walk{Link = function(link) return link.content end}
  return el
end

return function(blocks)
  local places = {}
  blocks:walk{Span = function(span)
    if span.classes:includes("assumption") then places[c.text(span.content)] = span.identifier end
  end}
  if not next(places) then return blocks end

  local linked = blocks:walk{Str = function(word)
    local before, name, after = word.text:match("^(%p*)(%a%d+)(%p*)$")
    if not name or not places[name] then return nil end
    local link = pandoc.Link(name, "#" .. places[name], "", {class = "xref"})
    return pandoc.Inlines{pandoc.Str(before), link, pandoc.Str(after)}
  end}
  -- A link in a link is none, a heading is repeated in the contents, a place is where it leads to.
  return linked:walk{Link = unlinked, Header = unlinked, Span = function(span)
    if span.classes:includes("assumption") then return unlinked(span) end
  end}
end
