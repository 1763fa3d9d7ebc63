-- Runs the four actions one after the other; ends Neovim with an error when one does not do its work.
local told = {}
vim.lsp.handlers['window/showMessage'] = function(_, result) table.insert(told, result.message) end
local function wait(what, condition)
  if not vim.wait(60000, condition, 50) then
    io.stderr:write('gave up on ' .. what .. ': ' .. vim.inspect(told))
    vim.cmd('cquit')
  end
end
local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') end
vim.cmd('set hidden filetype=python')
wait('the server', function()
  local clients = vim.lsp.buf_get_clients(0)
  return #vim.tbl_keys(clients) > 0
end)
vim.fn.cursor(4, 6)
vim.cmd('TTAssistant docstring')
wait('docstring', function() return text():find('"""Split a header line."""', 1, true) end)
vim.cmd('write')
vim.fn.system({'cp', 'header.py', 'with_docstring.py'})
vim.cmd('TTAssistant refactor')
wait('refactor', function() return text():find('rstrip', 1, true) end)
vim.cmd('write')
vim.cmd('TTAssistant tests')
wait('tests', function() return vim.fn.bufnr('test_header.py') > 0 end)
wait('tests', function()
  local lines = vim.api.nvim_buf_get_lines(vim.fn.bufnr('test_header.py'), 0, -1, false)
  return table.concat(lines, '\n'):find('def test_splits', 1, true)
end)
vim.cmd('wall')
vim.cmd('buffer header.py')
vim.cmd('TTAssistant explain')
wait('explain', function()
  return vim.tbl_contains(told, 'It splits a line.') or vim.fn.bufname():find('Explain') ~= nil
end)
vim.cmd('qall!')
