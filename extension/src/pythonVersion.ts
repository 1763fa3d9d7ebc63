// Which Python versions the language server runs on. Knows no vscode.

export interface PythonVersion {
  major: number;
  minor: number;
  text: string;
}

export const OLDEST_PYTHON = '3.10';

/** Read the output of `python --version`; undefined when it is none. */
export function parseVersion(output: string): PythonVersion | undefined {
  const match = /^Python (\d+)\.(\d+)(\.\S+)?/m.exec(output);
  if (!match?.[1] || !match[2]) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), text: match[0].slice('Python '.length) };
}

export function isSupported(version: PythonVersion): boolean {
  const [major = 3, minor = 10] = OLDEST_PYTHON.split('.').map(Number);
  return version.major > major || (version.major === major && version.minor >= minor);
}
