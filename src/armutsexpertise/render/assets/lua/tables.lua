-- Every table: columns of numbers to the right, widths, a size of type that fits, row headers.

local c = require "common"

local FULL, WIDE = 6, 8  -- columns from which the type of the PDF gets smaller

local function plain(cell) return c.text(cell.contents) end

-- A number in German form with sign, range, unit or a mark for none; or nothing.
local function numeric(text)
  local rest = text:gsub("\u{a0}", ""):gsub("\u{202f}", ""):gsub("\u{2009}", "")
    :gsub("[\u{2212}\u{2013}\u{b1}\u{2264}\u{2265}\u{20ac}]", ""):gsub("[%s%.,%%+%-~<>()]", "")
    :gsub("bis", ""):gsub("Euro", "")
  return rest:match("^%d*$") ~= nil
end

local function alignments(tbl)
  local digits, words = {}, {}
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      for i, cell in ipairs(row.cells) do
        local text = plain(cell)
        if not numeric(text) then words[i] = true elseif text:match("%d") then digits[i] = true end
      end
    end
  end
  return function(i) return digits[i] and not words[i] and "AlignRight" or "AlignLeft" end
end

-- Dashes of one length say nothing about widths: then the columns find their own.
local function widths_given(specs)
  for i = 2, #specs do
    local a, b = specs[i][2], specs[1][2]
    if a and b and math.abs(a - b) > 0.005 then return true end
  end
  return false
end

local function tidy(context) return function(tbl)
  local guess, specs = alignments(tbl), tbl.colspecs
  local keep = widths_given(specs)
  for i, spec in ipairs(specs) do
    local align = spec[1] == "AlignDefault" and guess(i) or spec[1]
    specs[i] = keep and {align, spec[2]} or {align}
  end
  tbl.colspecs = specs
  local n = #specs
  if c.typst then
    tbl.classes:insert("typst:no-figure")
    tbl.attributes["typst:text:size"] = n >= WIDE and "7.6pt" or n >= FULL and "8.2pt" or "8.8pt"
    -- The outer columns stand flush with the text.
    local x, y = n >= WIDE and 3 or 4.5, n >= WIDE and 3.2 or 3.8
    tbl.attributes["typst:inset"] = ("(x, _) => (y: %spt, left: if x == 0 { 0pt } else { %spt }, "
      .. "right: if x == %d { 0pt } else { %spt })"):format(y, x, n - 1, x)
  elseif c.html then
    tbl.attributes.style = "--cols:" .. n
    if specs[1][1] == "AlignLeft" then
      for _, body in ipairs(tbl.bodies) do body.row_head_columns = 1 end
    end
    for _, row in ipairs(tbl.head.rows) do
      for _, cell in ipairs(row.cells) do
        if plain(cell) == "" then
          local word = '<span class="visually-hidden">' .. context.words.row .. "</span>"
          cell.contents = {pandoc.Plain{c.rawi(word)}}
        end
      end
    end
  end
  return tbl
end end

-- A table without a caption of its own still has to scroll on a narrow screen.
local function scroll(tbl, label)
  return pandoc.Blocks{
    c.raw('<div class="table-scroll scrolls" data-label="' .. c.escape(label) .. '">'), tbl, c.raw("</div>"),
  }
end

local M = {scroll = scroll}
setmetatable(M, {__call = function(_, blocks, context) return blocks:walk{Table = tidy(context)} end})
return M
