"""`max_zoom` was counted by the image's shorter side; the tile pyramid goes by the longer one."""

from django.db import migrations

BLOCK_PX = 256


def count_by_the_longer_side(apps, schema_editor):
    for mosaic in apps.get_model("catalogs", "Mosaic").objects.select_related("galaxy"):
        size = max(mosaic.galaxy.width_px, mosaic.galaxy.height_px)
        mosaic.max_zoom = 0
        while size > BLOCK_PX:
            size = -(-size // 2)
            mosaic.max_zoom += 1
        mosaic.save(update_fields=["max_zoom"])


class Migration(migrations.Migration):
    dependencies = [("catalogs", "0009_stretches")]

    operations = [migrations.RunPython(count_by_the_longer_side, migrations.RunPython.noop)]
