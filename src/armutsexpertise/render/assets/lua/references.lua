-- @fig-x, @tbl-x, @sec-x, @eq-x, also in brackets, with a prefix or without the word.

local c = require "common"

local PREFIXES = {fig = true, tbl = true, sec = true, eq = true}

local function target(context, citation)
  local id = citation.id
  local ref = context.refs[id]
  if not ref then
    if PREFIXES[c.kind(id)] then c.unresolved(id) end
    return nil
  end
  if ref.kind == "sec" and not ref.number then
    return c.html and pandoc.Link(ref.title, "#" .. id, "", {class = "xref"})
      or c.typst and pandoc.Inlines{c.rawi("#link(<" .. id .. ">)["), pandoc.Str(ref.title), c.rawi("]")}
      or pandoc.Link(ref.title, "#" .. id)
  end
  local text = ref.kind == "eq" and "(" .. ref.number .. ")" or ref.number
  if citation.mode ~= "SuppressAuthor" then
    local word = #citation.prefix > 0 and c.text(citation.prefix) or context.words[ref.kind]
    text = word .. "\u{a0}" .. text
  end
  if c.typst then
    return pandoc.Inlines{c.rawi("#link(<" .. id .. ">)["), pandoc.Str(text), c.rawi("]")}
  end
  return pandoc.Link(text, "#" .. id, "", {class = "xref"})
end

return function(blocks, context)
  return blocks:walk{Cite = function(cite)
    local out = pandoc.Inlines{}
    for i, citation in ipairs(cite.citations) do
      local link = target(context, citation)
      if not link then return nil end
      if i > 1 then
        out:extend(i == #cite.citations and {pandoc.Space(), context.words["and"], pandoc.Space()}
          or {pandoc.Str(","), pandoc.Space()})
      end
      out:extend(pandoc.Inlines(link))
    end
    return out
  end}
end
