import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, defineConfig, type Plugin } from 'vite';

/** Writes compressed copies of a file (`.br` and `.gz`), so that the server need not compress anything. */
function compress(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}

/** Returns a plugin that adds compressed copies of each asset. */
function precompressed(): Plugin {
  let outDir = '';
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith('/')) outDir = config.build.outDir;
    },
    closeBundle() {
      const assets = join(outDir, 'assets');
      for (const name of readdirSync(assets)) if (/\.(?:js|css)$/.test(name)) compress(join(assets, name));
    },
  };
}

/**
 * Returns a plugin that builds the service worker as one file without imports, /sw.js. This path must never change,
 * because browsers ask for newer versions at this path.
 */
function serviceWorker(): Plugin {
  let outDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir.startsWith('/') ? config.build.outDir : join(config.root, config.build.outDir);
    },
    async closeBundle() {
      await build({
        configFile: false,
        root: import.meta.dirname,
        publicDir: false,
        logLevel: 'warn',
        build: {
          outDir,
          emptyOutDir: false,
          target: 'es2023',
          lib: {
            entry: join(import.meta.dirname, 'worker/sw.ts'),
            formats: ['iife'],
            name: 'sw',
            fileName: () => 'sw.js',
          },
        },
      });
      compress(join(outDir, 'sw.js'));
    },
  };
}

/**
 * Returns a plugin that writes the build mark into index.html, so that an open page notices a new build on the server.
 * The names of the files have hashes of their contents, so the mark changes with each change of a file.
 */
function buildMark(): Plugin {
  return {
    name: 'build-mark',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const names = Object.keys(bundle ?? {}).sort();
        const mark = createHash('sha256')
          .update([html, ...names].join('\n'))
          .digest('hex')
          .slice(0, 16);
        return [{ tag: 'meta', attrs: { name: 'vigil-build', content: mark }, injectTo: 'head-prepend' }];
      },
    },
  };
}

/**
 * `vite build dashboard/client` writes dashboard/client/dist. No script or style may be inline, because the server's
 * content security policy refuses inline scripts and styles.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [buildMark(), precompressed(), serviceWorker()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
