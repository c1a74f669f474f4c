-- Helpers that several steps share.

local M = {}

M.html = FORMAT:match("html") ~= nil
M.typst = FORMAT:match("typst") ~= nil
M.docx = FORMAT:match("docx") ~= nil
M.text = pandoc.utils.stringify

local writer = M.html and "html" or M.typst and "typst" or "openxml"

function M.raw(text) return pandoc.RawBlock(writer, text) end
function M.rawi(text) return pandoc.RawInline(writer, text) end

-- A string literal of Typst.
function M.quote(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", " ") .. '"'
end

function M.escape(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub('"', "&quot;"))
end

-- "fig" of "fig-x"; nil where there is no such prefix.
function M.kind(id) return id:match("^(%a+)%-") end

-- Messages that the Python side turns into an error with file and line.
function M.unresolved(id) io.stderr:write("UNRESOLVED " .. id .. "\n") end
function M.unsupported(what) io.stderr:write("UNSUPPORTED " .. what .. "\n") end

return M
