// The page around a webview script: a strict content security policy, one script, one style sheet.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function webviewHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  name: 'chat' | 'result',
): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (...parts: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...parts)).toString();
  const script = at('extension', 'dist', 'webview', `${name}.js`);
  const style = at('extension', 'dist', 'webview', `${name}.css`);
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${style}">
  <title>TT Assistant</title>
</head>
<body data-view="${name}">
  <main id="root"></main>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'extension', 'dist', 'webview')],
  };
}
