<?php
// Runs before a PHP program that `mirra-mcp exec --proxy` leads. Stripe's SDK trusts the bundle that
// it brings along, whatever the settings say: where Composer has installed it, it is told of the
// session's.

(static function (): void {
    $bundle = getenv('MIRRA_CA_BUNDLE');
    foreach ($bundle === false ? [] : [dirname($_SERVER['SCRIPT_FILENAME'] ?? ''), getcwd()] as $folder) {
        for ($folder = realpath($folder); $folder; $folder = dirname($folder)) {
            $lib = "$folder/vendor/stripe/stripe-php/lib";
            if (is_file("$lib/Stripe.php")) {
                $load = static function (string $class) use ($lib): void {
                    $file = $lib . strtr(substr($class, strlen('Stripe')), '\\', '/') . '.php';
                    if (strpos($class, 'Stripe\\') === 0 && is_file($file)) {
                        require_once $file;
                    }
                };
                spl_autoload_register($load);
                \Stripe\Stripe::setCABundlePath($bundle);
                spl_autoload_unregister($load);
                return;
            }
            if ($folder === dirname($folder)) {
                break;
            }
        }
    }
})();

// The user's own `auto_prepend_file`, which this one took the place of.
(static function (): void {
    $files = array_merge([php_ini_loaded_file()], explode(',', (string) php_ini_scanned_files()));
    $first = null;
    foreach (array_filter(array_map('trim', $files)) as $file) {
        if (basename($file) !== 'zz-mirra.ini') {
            $said = @parse_ini_file($file, false, INI_SCANNER_RAW) ?: [];
            $first = $said['auto_prepend_file'] ?? $first;
        }
    }
    if ($first) {
        require $first;
    }
})();
