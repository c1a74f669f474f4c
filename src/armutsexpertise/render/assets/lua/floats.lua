-- Figures and tables with a label: number, caption, source line, and the form each format needs.
-- A caption stands above a table and below a figure; the source line comes last.

local c = require "common"
local tables = require "tables"

local FLOATS = {fig = true, tbl = true}

local function is_source(block)
  if block.t == "Div" then return block.classes:includes("source") end
  return (block.t == "Para" or block.t == "Plain") and #block.content == 1
    and block.content[1].t == "Span" and block.content[1].classes:includes("source")
end

local function source_inlines(block)
  local inner = block.t == "Div" and pandoc.utils.blocks_to_inlines(block.content) or block.content
  if #inner == 1 and inner[1].t == "Span" then return inner[1].content end
  return inner
end

local function is_image(block)
  return (block.t == "Para" or block.t == "Plain") and #block.content == 1 and block.content[1].t == "Image"
end

-- Content, caption (inlines) and sources (list of inlines) of a labelled div.
local function take_apart(blocks)
  local content, caption, sources = pandoc.Blocks{}, pandoc.Inlines{}, {}
  for _, block in ipairs(blocks) do
    if is_source(block) then table.insert(sources, source_inlines(block)) else content:insert(block) end
  end
  local last = content[#content]
  if #content > 1 and last.t == "Para" and not is_image(last) then
    caption = last.content
    content:remove(#content)
    -- The source may also close the caption.
    local tail = caption[#caption]
    if tail and tail.t == "Span" and tail.classes:includes("source") then
      table.insert(sources, tail.content)
      caption:remove(#caption)
    end
  end
  return content, caption, sources
end

local function typst_image(im, full)
  local width = im.attributes.width or (full and "100%") or nil
  local size = width and width:match("%%$") and ", width: " .. width or ""
  return c.rawi(("#image(%s, alt: %s%s)"):format(c.quote(im.src), c.quote(im.attributes.alt), size))
end

local function image(full) return function(im)
  im.caption = pandoc.Inlines{}
  if not (c.html and full) then im.attributes.narrow = nil end
  if c.typst then
    local raw = typst_image(im, full)
    return full and raw or pandoc.Inlines{c.rawi("#box["), raw, c.rawi("]")}
  elseif c.docx then
    -- pandoc's DOCX writer takes the alternative text from the description.
    im.caption = pandoc.Inlines(im.attributes.alt)
    im.src = im.src:gsub("%.svg$", ".png")
    if full and not im.attributes.width then im.attributes.width = "100%" end
    im.attributes.alt = nil
  end
  return im
end end

local function labelled(caption, label)
  local out = pandoc.Inlines{pandoc.Strong{pandoc.Str(label .. (#caption > 0 and ":" or ""))}}
  if #caption > 0 then
    out:insert(pandoc.Space())
    out:extend(caption)
  end
  return out
end

-- The drawing for narrow screens, where there is one, in place of the wide one.
local function picture(im)
  local narrow = im.attributes.narrow
  im.attributes.narrow = nil
  if not narrow then return pandoc.Plain{im} end
  local source = ('<source media="screen and (max-width: 40rem)" srcset="%s">'):format(c.escape(narrow))
  return pandoc.Plain{c.rawi("<picture>" .. source), im, c.rawi("</picture>")}
end

-- Many links of a page read "CSV"; who hears only the links is told of which figure each is.
local function named_downloads(block, label)
  return block:walk{Span = function(span)
    if not span.classes:includes("downloads") then return nil end
    return span:walk{Link = function(link)
      link.attributes["aria-label"] = pandoc.utils.stringify(link.content) .. ", " .. label
      return link
    end}
  end}
end

local function html_float(id, kind, content, caption, sources, label)
  local out = pandoc.Blocks{c.raw(('<figure id="%s" class="float float-%s">'):format(id, kind))}
  local head = pandoc.Blocks{c.raw('<figcaption id="' .. id .. '-caption">'), pandoc.Plain(caption)}
  local source = pandoc.Blocks{}
  for _, inlines in ipairs(sources) do
    source:extend{c.raw('<p class="source">'), pandoc.Plain(inlines), c.raw("</p>")}
  end
  local close = c.raw("</figcaption>")
  if kind == "tbl" then
    out:extend(head)
    out:insert(close)
  end
  for _, block in ipairs(content) do
    if block.t == "Table" then
      block.attributes["aria-labelledby"] = id .. "-caption"
      out:extend(tables.scroll(block, label))
    elseif is_image(block) then
      out:insert(c.raw('<div class="figure-panel scrolls" data-label="' .. c.escape(label) .. '">'))
      out:insert(picture(block.content[1]))
      out:insert(c.raw("</div>"))
    else
      out:insert(named_downloads(block, label))
    end
  end
  if kind == "tbl" then
    out:extend(source)
  else
    out:extend(head)
    out:extend(source)
    out:insert(close)
  end
  out:insert(c.raw("</figure>"))
  return out
end

-- A table of up to this many rows stays on one page; a longer one breaks and repeats its header.
local SHORT = 12

local function is_short(content)
  local rows = 0
  content:walk{Table = function(tbl)
    for _, body in ipairs(tbl.bodies) do rows = rows + #body.body end
  end}
  return rows <= SHORT
end

local function typst_float(id, kind, content, caption, sources)
  local source = pandoc.Blocks{}
  for _, inlines in ipairs(sources) do
    source:extend{c.raw("#source-line["), pandoc.Plain(inlines), c.raw("]")}
  end
  local out = pandoc.Blocks{c.raw("#figure([")}
  out:extend(content)
  if kind == "tbl" then out:extend(source) end
  out:insert(c.raw(("], kind: %s, numbering: none, supplement: none, caption: ["):format(
    kind == "tbl" and "table" or "image")))
  out:insert(pandoc.Plain(caption))
  if kind == "fig" then out:extend(source) end
  out:insert(c.raw("]) <" .. id .. ">"))
  if kind == "tbl" and is_short(content) then
    out:insert(1, c.raw("#block(breakable: false)["))
    out:insert(c.raw("]"))
  end
  return out
end

local function docx_float(id, kind, content, caption, sources)
  local out = pandoc.Blocks{}
  local style = kind == "tbl" and "Table Caption" or "Image Caption"
  local head = pandoc.Div({pandoc.Para{pandoc.Span(caption, {id = id})}}, {["custom-style"] = style})
  if kind == "tbl" then out:insert(head) end
  for _, block in ipairs(content) do
    out:insert(is_image(block) and pandoc.Div(block, {["custom-style"] = "Captioned Figure"}) or block)
  end
  if kind == "fig" then out:insert(head) end
  for _, inlines in ipairs(sources) do
    out:insert(pandoc.Div({pandoc.Para(inlines)}, {["custom-style"] = "Source Line"}))
  end
  return out
end

local make = c.html and html_float or c.typst and typst_float or docx_float

return function(blocks, context)
  local count = {fig = 0, tbl = 0}

  -- An exhibit of another document brings the number that it has there.
  local function float(id, kind, content, caption, sources, given)
    if not given then count[kind] = count[kind] + 1 end
    local number = given or tostring(count[kind])
    context.refs[id] = {kind = kind, number = number}
    local label = context.words[kind] .. "\u{a0}" .. number
    content = content:walk{Image = image(true)}
    return make(id, kind, content, labelled(caption, label), sources, label)
  end

  blocks = blocks:walk{
    traverse = "topdown",
    Div = function(div)
      local kind = c.kind(div.identifier)
      if not FLOATS[kind] then return nil end
      local content, caption, sources = take_apart(div.content)
      return float(div.identifier, kind, content, caption, sources, div.attributes.number), false
    end,
    Figure = function(figure)
      local id, found = figure.identifier, nil
      figure:walk{Image = function(im) found = im end}
      if id == "" and found then id = found.identifier end
      local caption = figure.caption.long[1] and figure.caption.long[1].content or pandoc.Inlines{}
      local bare = figure.content:walk{Image = function(im) im.identifier = ""; return im end}
      if c.kind(id) == "fig" then return float(id, "fig", bare, caption, {}), false end
      return bare
    end,
    Table = function(tbl)
      local caption = tbl.caption.long[1] and tbl.caption.long[1].content or pandoc.Inlines{}
      local id = tbl.identifier
      if c.kind(id) == "tbl" then
        tbl.identifier = ""
        tbl.caption = pandoc.Caption{}
        return float(id, "tbl", pandoc.Blocks{tbl}, caption, {}), false
      end
      if c.html then return tables.scroll(tbl, c.text(caption)), false end
    end,
  }
  return blocks:walk{Image = function(im)
    if im.attributes.alt or c.typst then return image(false)(im) end
  end}
end
