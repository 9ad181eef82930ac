// Static server on 127.0.0.1. Roots: /web (harness page), /b (esbuild output), /nm (node_modules), /data (generated data).
// A file of the root named 'top' is also found at the very top, where Toolscope's page has its worker.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm', '.json': 'application/json',
};

export function startServer({ roots, isolate = false, port = 0 }) {
  const log = []; // {path, file, bytes} for every request, so that a caller can see what an engine fetched
  const server = http.createServer((req, res) => {
    const p = decodeURIComponent(new URL(req.url, 'http://x').pathname);
    const [, root, ...rest] = p.split('/');
    const dir = roots[root] ?? (roots.top && !rest.length ? roots.top : undefined);
    const file = dir && path.join(dir, path.normalize('/' + (roots[root] ? rest.join('/') : root)));
    if (!file || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
      if (p !== '/favicon.ico') log.push({ path: p, file: null, bytes: 0 });
      res.writeHead(404); res.end(); return;
    }
    const size = fs.statSync(file).size;
    log.push({ path: p, file, bytes: size });
    const h = {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-length': size, 'cache-control': 'no-store',
    };
    if (isolate) {
      h['cross-origin-opener-policy'] = 'same-origin';
      h['cross-origin-embedder-policy'] = 'require-corp';
      h['cross-origin-resource-policy'] = 'same-origin';
    }
    res.writeHead(200, h);
    fs.createReadStream(file, { highWaterMark: 1 << 20 }).pipe(res);
  });
  return new Promise((ok) => server.listen(port, '127.0.0.1', () => {
    ok({ url: `http://127.0.0.1:${server.address().port}`, log, close: () => new Promise((r) => { server.closeAllConnections(); server.close(r); }) });
  }));
}
