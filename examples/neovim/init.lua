-- TT Coding Assistant in Neovim 0.7 to 0.11, through its own LSP client and nothing else.
--
--   :TTAssistant explain | refactor | tests | docstring | ...    on the function at the cursor, or on a range
--   :lua vim.lsp.buf.code_action()                               the same as a menu
--   K, or :lua vim.lsp.buf.hover()                               signature and explanation
--
-- Set g:tt_assistant_command before loading this file when `python3` is not the interpreter that has the server.

local command = vim.g.tt_assistant_command or { 'python3', '-m', 'lsp_server' }
local languages = {
  'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'go', 'rust', 'c', 'cpp', 'java',
}
local client_id

local function attach(buffer)
  if not client_id then
    client_id = vim.lsp.start_client({
      name = 'tt-assistant',
      cmd = command,
      root_dir = vim.fn.getcwd(),
      init_options = { trusted = false },
    })
  end
  if client_id then
    vim.lsp.buf_attach_client(buffer, client_id)
  end
end

-- A range as LSP counts it: whole lines when one was given, else the cursor, in UTF-16 units.
local function range_of(options)
  if options.range > 0 then
    return {
      start = { line = options.line1 - 1, character = 0 },
      ['end'] = { line = options.line2, character = 0 },
    }
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local _, units = vim.str_utfindex(vim.api.nvim_get_current_line(), column)
  local cursor = { line = row - 1, character = units }
  return { start = cursor, ['end'] = cursor }
end

local function run(options)
  local client = client_id and vim.lsp.get_client_by_id(client_id)
  if not client then
    vim.notify('TT Coding Assistant is not running here.', vim.log.levels.WARN)
    return
  end
  local action = options.fargs[1]
  local instruction = table.concat(options.fargs, ' ', 2)
  local params = {
    command = 'ttAssistant.server.run',
    arguments = { action, vim.uri_from_bufnr(0), range_of(options), vim.NIL, instruction },
  }
  local function done(err)
    if err then
      vim.notify(err.message, vim.log.levels.ERROR)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, done, 0)
  else
    client.request('workspace/executeCommand', params, done, 0)
  end
end

vim.api.nvim_create_user_command('TTAssistant', run, {
  nargs = '+',
  range = true,
  complete = function()
    return { 'explain', 'refactor', 'tests', 'docstring', 'review', 'optimise', 'complexity', 'translate' }
  end,
})

vim.api.nvim_create_autocmd('FileType', {
  pattern = languages,
  callback = function(event)
    attach(event.buf)
  end,
})
