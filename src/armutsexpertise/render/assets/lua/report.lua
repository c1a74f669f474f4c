-- What Quarto adds to pandoc's Markdown, for HTML, Typst and DOCX: conditional content, numbered
-- figures and tables with references, callouts, page breaks, quotation marks by language,
-- headings without gaps. Runs on the checked syntax tree, before citeproc: citeproc would take
-- @fig-x for a citation. Each step is a function from blocks to blocks in its own file.

package.path = pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "?.lua"} .. ";" .. package.path

-- In this order: what is not shown counts nowhere; references come after all that they name.
local STEPS = {
  "conditional", "glossary", "tables", "callouts", "headings", "equations", "floats", "references",
  "assumptions", "typography",
}

function Pandoc(doc)
  local context = {meta = doc.meta, words = {}, refs = {}}
  for key, value in pairs(doc.meta.words) do
    context.words[key] = pandoc.utils.stringify(value)
  end
  for _, name in ipairs(STEPS) do
    doc.blocks = require(name)(doc.blocks, context)
  end
  doc.meta = context.meta
  return doc
end
